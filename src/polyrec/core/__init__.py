"""What every layer shares: errors, values, parts, and the registry of parts."""
