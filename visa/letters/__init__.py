"""Letters: what people are told, in their language, as text and as HTML. Pure: facts in, a mail's parts out."""

from visa.letters.checking import check_templates
from visa.letters.rendering import LANGUAGES, Rendered, render

__all__ = ["LANGUAGES", "Rendered", "check_templates", "render"]
