"""The web process: HTTP around `visa.services`. It never calls the cloud."""
