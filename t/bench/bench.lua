-- What the cases share. A case is a file beside this one; its requests are made by
-- bench.request(MAKE), where MAKE(team) answers method, path and body.
--
-- Started by t/bench/run: wrk -s CASE.lua URL -- TEAMS_FILE TAG. A line of the teams file is a
-- team: key, its public id, team, segment, first account, number of accounts, one of its streams.

local bench = { tag = "", thread = 0, count = 0 }
local teams = {}
local threads = 0

function setup(thread)
    thread:set("thread_number", threads)
    threads = threads + 1
end

function init(args)
    for line in io.lines(args[1]) do
        local field = {}
        for word in line:gmatch("%S+") do field[#field + 1] = word end
        teams[#teams + 1] = {
            headers = {
                ["Authorization"] = "Bearer " .. field[1],
                ["Content-Type"] = "application/json",
            },
            segment = field[4],
            first_account = tonumber(field[5]),
            account_count = tonumber(field[6]),
            stream = field[7],
        }
    end
    bench.tag = args[2]
    bench.thread = thread_number
    math.randomseed(os.time() * 100 + thread_number)
end

-- What every create asks for beside its pairs: a usual body of about 400 bytes.
local rest = '],"name":"AI founders building developer tools","syncTimes":["09:15"],'
    .. '"timezone":"Europe/Berlin","autoEnrichLinkedin":true,"autoEnrichEmail":true,'
    .. '"emailMode":"verified","emailDigestOverride":"daily",'
    .. '"deliveryDestination":"leads_plus_webhook",'
    .. '"webhookUrl":"https://hooks.example.com/headwater/leads",'
    .. '"csvEmailRecipients":{"to":"sales@example.com","format":"excel"}}'

function bench.create(pairs)
    return "POST", "/v1/streams", '{"pairs":[' .. pairs .. rest
end

function bench.pair(account, segment)
    return '{"accountId":' .. account .. ',"segmentId":' .. segment .. "}"
end

function bench.request(make)
    function request()
        local team = teams[math.random(#teams)]
        bench.count = bench.count + 1
        local method, path, body = make(team)
        return wrk.format(method, path, team.headers, body)
    end
end

function done(summary, latency)
    local failed = summary.errors
    io.write(string.format(
        '\nbench {"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3,
        failed.connect + failed.read + failed.write + failed.status + failed.timeout))
end

return bench
