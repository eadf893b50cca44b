"""What Oracle keeps beside the reports: dimensions, and the alerts of budgets that were sent."""
