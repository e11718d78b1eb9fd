-- wrk: every request is the first of a phone that nobody knows. Argument: the number of the first one.
local number

function init(args)
  number = tonumber(args[1])
end

function request()
  number = number + 1
  local a, b, c = math.floor(number / 65536) % 256, math.floor(number / 256) % 256, number % 256
  local mac = string.format("00:08:5d:%02x:%02x:%02x", a, b, c)
  return wrk.format("GET", "/" .. mac:gsub(":", "") .. ".cfg", {
    ["User-Agent"] = "Vendor003 X01 1.2.3 " .. mac,
    ["X-Forwarded-For"] = string.format("10.%d.%d.%d", a, b, c),
  })
end
