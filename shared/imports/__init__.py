"""Import jobs: CSV and XLSX files streamed in, every row accounted for, resumed after a kill."""
