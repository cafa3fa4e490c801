"""What it cost and why: executions, summary and explanation, from records alone."""
