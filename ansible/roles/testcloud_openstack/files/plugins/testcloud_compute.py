"""nova-compute with the driver of this folder within the only package from which it loads drivers."""

import sys

from nova.cmd import compute

if __name__ == "__main__":
    import testcloud_virt  # after Nova's command, which prepares the interpreter

    sys.modules["nova.virt.testcloud"] = testcloud_virt
    compute.main()
