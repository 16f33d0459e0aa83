"""Imports of CSV and XLSX files as jobs: streamed in, resumed after a kill, bad rows named."""
