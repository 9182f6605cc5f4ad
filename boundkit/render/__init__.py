"""Text, Markdown, LaTeX, CSV, HTML, JSON and plots: all generated from the objects of the other rooms."""
