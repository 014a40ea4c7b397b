"""What everybody may see: results, figures, the portal, open data, the manual."""
