-- A create with one account that the team tracks and a segment by id.
local bench = require("bench")

bench.request(function(team)
    local account = team.first_account + math.random(0, team.account_count - 1)
    return bench.create(bench.pair(account, team.segment))
end)
