-- A stream read back.
local bench = require("bench")

bench.request(function(team) return "GET", "/v1/streams/" .. team.stream end)
