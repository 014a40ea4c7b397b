"""Papers: what one says (`content.py`), and the two writers of it, PDF (`pdf.py`) and Word (`docx.py`)."""
