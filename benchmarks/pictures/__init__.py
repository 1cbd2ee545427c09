"""Camera-days judged by the agent's real picture code: recall, false alarms, doubt, cost."""
