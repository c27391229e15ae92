"""What people see: charts, tips, alerts, the weekly report."""
