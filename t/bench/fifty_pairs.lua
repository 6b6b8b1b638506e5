-- A create with 50 accounts that the team tracks and a segment by id.
local bench = require("bench")

bench.request(function(team)
    local first = team.first_account + math.random(0, team.account_count - 50)
    local pairs = {}
    for i = 1, 50 do pairs[i] = bench.pair(first + i - 1, team.segment) end
    return bench.create(table.concat(pairs, ","))
end)
