"""What an LAO works with: its profile, its plan, its reports."""
