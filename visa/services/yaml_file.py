"""Reading a YAML file into a checked model, with every mistake named by its place."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from visa.errors import BadFiles, Problem

Model = TypeVar("Model", bound=BaseModel)


def read(path: Path, model: type[Model]) -> Model:
    """The file as `model`; an empty file has nothing but defaults. Raises `BadFiles` with every problem."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadFiles((Problem(str(path), 0, "", error.strerror or "cannot be read"),)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BadFiles((Problem(str(path), mark.line + 1 if mark else 0, "", str(error)),)) from error
    try:
        return model.model_validate({} if content is None else content)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)
        raise BadFiles(
            tuple(Problem(str(path), 0, ".".join(map(str, one["loc"])), one["msg"]) for one in wrong)
        ) from error
