"""What a desktop image of the local cloud is: the session it runs, what it needs, and how it looks at first.

An image is a folder with an `image.yaml`; see images/local. Knows nothing of sandboxes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from visa.errors import BadFiles, Problem


@dataclass(frozen=True)
class LocalImage:
    """One kind of desktop.

    `session` is the command whose end is the end of the desktop. `programs` maps each program that it needs to its
    Debian package. `defaults` is a folder laid out as one of XDG_CONFIG_DIRS, read before the host's own.
    `geometry` is the size of the screen until a browser asks for another.
    """

    session: tuple[str, ...]
    programs: Mapping[str, str] = field(default_factory=dict)
    defaults: Path | None = None
    geometry: str = "1600x900"


_SHAPE = TypeAdapter(LocalImage)


def load_images(folder: Path) -> dict[str, LocalImage]:
    """Every image below `folder`, by the name of its own folder. Raises `BadFiles`."""
    problems: list[Problem] = []
    images: dict[str, LocalImage] = {}
    for file in sorted(folder.glob("*/image.yaml")):
        try:
            images[file.parent.name] = _load(file)
        except yaml.YAMLError as error:
            problems.append(Problem(str(file), _line(error), "", f"is no YAML: {getattr(error, 'problem', error)}"))
        except ValidationError as error:
            wrong = error.errors(include_url=False)
            problems += [Problem(str(file), 0, ".".join(map(str, one["loc"])), one["msg"]) for one in wrong]
    if not images and not problems:
        problems.append(Problem(str(folder), 0, "", "holds no image (no folder in it has an image.yaml)"))
    if problems:
        raise BadFiles(tuple(problems))
    return images


def _load(file: Path) -> LocalImage:
    image = _SHAPE.validate_python(yaml.safe_load(file.read_text()))
    if image.defaults is None:
        return image
    return LocalImage(image.session, image.programs, (file.parent / image.defaults).resolve(), image.geometry)


def _line(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark is not None else 0
