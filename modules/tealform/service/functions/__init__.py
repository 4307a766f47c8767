"""Programs that run in AWS Lambda; nothing imports them here, each file is packed as it is."""
