"""Workbooks and CSV, in and out."""
