"""`devices`: device infos, association, configs."""
