"""What pages share: the frame, the form, the results and every cache."""
