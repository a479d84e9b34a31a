# The commands to remember; `make` alone lists them. Each sets up what it needs first, and only once.

PYTHON ?= python3# any Python from 3.11 on, for making the virtual environment
JOBS ?= 2#         tests that run at the same time
MINUTES ?= 10#     for make soak
ARGS ?=#           more arguments for the command: make demo ARGS="--api-port 9600"
IN_VENV := PATH="$(CURDIR)/.venv/bin:$$PATH"
TESTCLOUD = $(IN_VENV) ANSIBLE_CONFIG=ansible/ansible.cfg ansible-playbook

.PHONY: help demo demo-clean test test-openstack test-image test-machine image check format generated dev lock clean \
	guacd bench bench-openstack soak testcloud testcloud-down testcloud-clean setup setup-tests setup-machine

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

demo: setup ## start everything with the sample facility; Ctrl-C stops it
	@$(IN_VENV) visa demo $(ARGS)

demo-clean: ## remove what the demo left: its database, workspaces and logs
	@if [ -d .demo ]; then $(MAKE) --no-print-directory setup && $(IN_VENV) visa demo --clean; else echo "No demo here."; fi

test: setup-tests ## all checks and all tests
	@$(IN_VENV) python tools/check.py
	@$(IN_VENV) npm --prefix web test
	@$(IN_VENV) pytest -n $(JOBS) --dist worksteal $(ARGS)

test-openstack: setup-tests ## the cloud adapter on a real OpenStack, which it brings up on this machine
	@$(IN_VENV) pytest tests/openstack $(ARGS)

test-image: setup-machine ## boot the image under QEMU and look at its desktop; your own with VISA_IMAGE=FILE
	@$(IN_VENV) pytest tests/machine/test_image_boots.py $(ARGS)

test-machine: setup-machine ## one real machine on a real OpenStack here, used in a browser: as root, takes minutes
	@$(IN_VENV) pytest tests/machine $(ARGS)

guacd: ## get a guacd for trials, below .cache: desktops by VNC, RDP and SSH (docs/operate.md)
	@$(PYTHON) tools/setup --guacd

image: ## build the image that machines of a real cloud start from: as root (images/README.md)
	@$(PYTHON) tools/setup --image
	@$(IN_VENV) python images/debian/build.py $(ARGS)

testcloud: setup ## a real OpenStack on this machine, as root; with real machines: VIRT=qemu (docs/testcloud.md)
	@$(TESTCLOUD) ansible/testcloud.yml $(ARGS)

testcloud-down: setup ## end it, and keep its data
	@$(TESTCLOUD) ansible/testcloud-down.yml

testcloud-clean: setup ## end it, and remove its folder
	@$(TESTCLOUD) ansible/testcloud-down.yml -e testcloud_remove=true

check: setup ## lint, format, types, layers, generated files: no tests
	@$(IN_VENV) python tools/check.py

format: setup ## put every file into its form
	@$(IN_VENV) ruff check --quiet --fix . ; $(IN_VENV) ruff format --quiet .

generated: setup ## write the files that are made from code: settings, API description, web types
	@$(IN_VENV) python tools/generated.py

bench-openstack: setup-tests ## a hundred instances on that OpenStack, beside a bare script: takes minutes
	@$(IN_VENV) python -m tests.bench bench_openstack

dev: setup ## the demo, with pages that reload while their sources change
	@$(IN_VENV) visa demo --dev $(ARGS)

soak: setup-tests ## generated histories of reclaim for so long: make soak MINUTES=60
	@VISA_SOAK_MINUTES=$(MINUTES) $(IN_VENV) pytest tests/services/test_reclaim_promises.py -k as_long_as_told -s -q $(ARGS)

bench: setup-tests ## measure, for reading
	@$(IN_VENV) python -m tests.bench $(ARGS)

lock: setup ## renew the lock files from pyproject.toml
	@$(IN_VENV) tools/lock

clean: demo-clean ## remove everything that was made here
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
	@rm -rf web/node_modules web/dist web/.dist.new

setup:
	@$(PYTHON) tools/setup

setup-tests:
	@$(PYTHON) tools/setup --tests

setup-machine:
	@$(PYTHON) tools/setup --tests --image --machine
