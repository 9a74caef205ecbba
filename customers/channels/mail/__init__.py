"""Mail: in by IMAP or a webhook, out by SMTP."""
