"""The resident pages: report, follow, rate. No account, nothing of others."""
