"""The plugin host: finds, loads and guards vendor plugins, and renders and caches their files."""
