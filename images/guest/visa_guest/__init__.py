"""The service inside a machine: mounts its workspace, starts its desktop, reports, and keeps its data folders right.

Standard library only, for Debian 12's Python. Everything that it is told stands in /etc/visa-guest/config.json, which
cloud-init writes; everything that it may do there is bound to its token, which is good for this instance alone.
"""

VERSION = "1"
