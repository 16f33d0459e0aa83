"""Self-registration (前台注册): strangers ask to become customers, sales answers (S24)."""
