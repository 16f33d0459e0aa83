"""What every service knows of sessions that ended: their access tokens are void."""
