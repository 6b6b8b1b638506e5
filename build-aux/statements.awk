# Turns sql/statements/*.sql into C. Usage: awk -v part=h|c -f statements.awk FILES
#
# A statement starts with "-- name: some_name", may have more comment lines, and ends with ";" at
# the end of a line.
function refuse_unfinished() {
    if (name == "")
        return
    print FILENAME ": statement " name " has no end" > "/dev/stderr"
    failed = 1
    exit 1
}

BEGIN {
    guard = "HW_EDGE_STATEMENT_NAMES_H"
    print "/* Made from sql/statements by build-aux/statements.awk. */"
    if (part == "h") {
        print "#ifndef " guard "\n#define " guard "\n"
        print "enum statement_name {"
    } else {
        print "#include \"edge/statement.h\"\n"
        print "const struct statement statements[STATEMENT__MAX] = {"
    }
}

/^-- name: [a-z][a-z0-9_]*$/ {
    refuse_unfinished()
    name = $3
    text = ""
    if (part == "h")
        print "    STATEMENT_" toupper(name) ","
    next
}

/^ *--/ || /^ *$/ { next }

{
    line = $0
    sub(/^ +/, "", line)
    is_last = sub(/;$/, "", line)
    gsub(/\\/, "&&", line)
    gsub(/"/, "\\\\&", line)
    text = text "\n        \"" line (is_last ? "\"" : " \"")
    if (!is_last)
        next
    if (part == "c")
        print "    [STATEMENT_" toupper(name) "] = {\"" name "\"," text "},"
    name = ""
}

END {
    if (failed)
        exit 1
    refuse_unfinished()
    print part == "h" ? "    STATEMENT__MAX\n};\n\n#endif" : "};"
}
