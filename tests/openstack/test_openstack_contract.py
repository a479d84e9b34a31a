"""The whole contract suite of the cloud port, on a real OpenStack.

Its house has an image without a guest service, so a machine counts as ready once it is ACTIVE; that the desktop itself
answers is shown by `make test-machine`.
"""

from tests.contract.test_cloud_contract import *  # noqa: F403
from tests.contract.test_cloud_power import *  # noqa: F403
