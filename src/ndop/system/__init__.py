"""What every part stands on: errors, the checkout's folders, processes, signals, progress."""
