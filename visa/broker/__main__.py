"""Entry of `python -m visa.broker`."""

from visa.broker.main import main

main()
