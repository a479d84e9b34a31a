"""The whole contract suite of the cloud port, on a real OpenStack.

Its house has an image without a guest service, so a machine counts as ready once it is ACTIVE. That a desktop answers
in it is not shown here: Nova's fake driver makes no machines.
"""

from tests.contract.test_cloud_contract import *  # noqa: F403
from tests.contract.test_cloud_copies import *  # noqa: F403
from tests.contract.test_cloud_power import *  # noqa: F403
