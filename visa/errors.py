"""One vocabulary for everything that can go wrong, answering two questions: whose fault, and does trying again help?

VisaError
├── Rejected            the request cannot be done as asked; the public message says why and what to do
│   ├── Invalid         a field is wrong (carries the field's name)
│   ├── Forbidden       known to exist, not allowed
│   ├── NotFound        does not exist, or the person may not know that it does
│   ├── Conflict        not in this state, or changed by somebody else meanwhile
│   ├── Unauthenticated nobody is signed in
│   └── SignInRefused   this sign-in is not accepted; another one may be
├── ProviderDown        the identity provider does not answer, or not as it should; try again later
├── CloudError          what an adapter of the cloud or of mail may raise; nothing else may escape one
│   ├── Busy            try again after `retry_after_s`; costs no attempt
│   ├── Refused         asking again the same way is pointless (quota, no such image, bad request)
│   └── Fault           unknown or broken; costs an attempt, backed off
├── BadFiles            configuration or facility files are wrong (carries every problem with file, line and field)
└── Misconfigured       settings or installed programs do not allow the process to run
"""

from dataclasses import dataclass


class VisaError(Exception):
    """Base of every error that this project raises on purpose.

    `code` is stable and machine-readable; `public` is a sentence that may be shown to any person.
    """

    code = "internal"

    def __init__(self, public: str, *, code: str | None = None) -> None:
        super().__init__(public)
        self.public = public
        if code is not None:
            self.code = code


class Rejected(VisaError):
    """The request cannot be done as asked."""

    code = "rejected"


class Invalid(Rejected):
    """A value is wrong; `field` names it (None when it concerns the whole request)."""

    code = "invalid"

    def __init__(self, public: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(public, code=code)
        self.field = field


class Forbidden(Rejected):
    """The person may know that the thing exists, but may not do this to it."""

    code = "forbidden"


class NotFound(Rejected):
    """The thing does not exist, or the person may not know that it does: the two look the same."""

    code = "not_found"


class Conflict(Rejected):
    """The thing's state does not allow it now, or somebody else changed it meanwhile."""

    code = "conflict"


class Unauthenticated(Rejected):
    """Nobody is signed in, or not any more."""

    code = "unauthenticated"


class SignInRefused(Rejected):
    """The sign-in is not accepted: begun elsewhere, too old, refused by the provider, or its proof does not hold.

    `detail` is for the operator: which check failed. It never holds a token.
    """

    code = "sign_in_refused"

    def __init__(self, public: str, *, code: str | None = None, detail: str = "") -> None:
        super().__init__(public, code=code)
        self.detail = detail or public


class ProviderDown(VisaError):
    """The identity provider cannot be reached, or answered something that is not OpenID Connect."""

    code = "provider_down"

    def __init__(self, public: str, *, detail: str = "") -> None:
        super().__init__(public)
        self.detail = detail or public


class CloudError(VisaError):
    """The only errors that may leave an adapter of the cloud, or of mail, whose codes name it.

    `detail` keeps the other side's own words for the operator.
    """

    code = "cloud"

    def __init__(self, public: str, *, detail: str = "", code: str | None = None) -> None:
        super().__init__(public, code=code)
        self.detail = detail or public


class Busy(CloudError):
    """The cloud cannot do it now. Trying again after `retry_after_s` seconds is right and costs no attempt."""

    code = "cloud_busy"

    def __init__(self, public: str, *, retry_after_s: float, detail: str = "", code: str | None = None) -> None:
        super().__init__(public, detail=detail, code=code)
        self.retry_after_s = retry_after_s


class Refused(CloudError):
    """The cloud will not do it, however often it is asked the same way."""

    code = "cloud_refused"


class Fault(CloudError):
    """The cloud broke, or answered something that we do not understand. Whether the act happened is unknown."""

    code = "cloud_fault"


@dataclass(frozen=True)
class Problem:
    """One wrong place in a file. `line` counts from 1 (0: the file as a whole); `field` is "" where none applies."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class BadFiles(VisaError):
    """Files that a person wrote are wrong. All problems found are listed, not only the first."""

    code = "bad_files"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Misconfigured(VisaError):
    """The process cannot run as it is set up; the message says what to change."""

    code = "misconfigured"
