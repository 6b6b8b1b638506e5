# Fills in what a manual page takes from elsewhere. Usage:
#   awk -v sysconfdir=DIR -v options=headwater.conf -f man.awk PAGE.scd
#
# @SYSCONFDIR@ is the configured folder. A line @OPTIONS@ becomes the list of all options, with
# default and meaning, from the sample configuration, which a test holds against the program's.
function escaped(text) {
    gsub(/[_*\\]/, "\\\\&", text)
    return text
}

function write_options(   line, help, name, value) {
    while ((getline line < options) > 0) {
        if (line ~ /^\[/) {
            print "## " line "\n"
        } else if (line ~ /^#[a-z_]+ =/) {
            name = line
            sub(/^#/, "", name)
            sub(/ =.*/, "", name)
            value = line
            sub(/^[^=]*= */, "", value)
            print "*" escaped(name) "* (default: " (value == "" ? "empty" : escaped(value)) ")"
            print "\t" escaped(help) "\n"
        } else if (line ~ /^# /) {
            help = substr(line, 3)
        }
    }
    close(options)
}

# The text with PATH wherever the folder is meant.
function with_path(text, path,   at, done) {
    while ((at = index(text, "@SYSCONFDIR@")) > 0) {
        done = done substr(text, 1, at - 1) path
        text = substr(text, at + length("@SYSCONFDIR@"))
    }
    return done text
}

# Within an example nothing is a mark.
/^```/ { is_example = !is_example }

/^@OPTIONS@$/ {
    write_options()
    next
}

{
    print with_path($0, is_example ? sysconfdir : escaped(sysconfdir))
}
