"""The foundation of every room: errors, the checkout's folders, processes, signals, progress."""
