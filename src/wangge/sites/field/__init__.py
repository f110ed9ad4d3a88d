"""The field: what grid workers use on a phone. Chrome, tabs, the installable shell."""
