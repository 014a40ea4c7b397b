"""What NACC works with: review, plan years, scores, reminders, accounts, administration."""
