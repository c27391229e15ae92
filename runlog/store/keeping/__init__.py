"""The whole of a home: backed up, put back, checked, taken out and in again."""
