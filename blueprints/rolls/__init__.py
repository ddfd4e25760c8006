"""The lists an office publishes (第五条): newly designated, suspended and terminated institutions."""
