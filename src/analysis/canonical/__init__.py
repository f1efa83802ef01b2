"""The canonical tables, column by column: what is captured, what is coded, and what the article published."""
