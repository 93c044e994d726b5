"""What attacks the app: everybody before everything, kills, power cuts, damages, full disks; `make
assault` runs it whole."""
