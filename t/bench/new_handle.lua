-- A create with a handle that nobody has asked for before: a look-up, a new account, a bill.
local bench = require("bench")

bench.request(function(team)
    local handle = string.format("%s_%d_%d", bench.tag, bench.thread, bench.count)
    return bench.create('{"accountHandle":"' .. handle .. '","segmentId":' .. team.segment .. "}")
end)
