"""The showcase: at each school of the demonstration a case of each kind in each state that is worth seeing.

The stories are data over commands (`incidents`, `complaints`, `staff_breaches`); `telling` gives the commands.
"""
