# Turns sql/statements/*.sql into C. Usage: awk -v part=h|c -f statements.awk FILES
# A statement starts with "-- name: some_name", may have more comment lines, and ends with ";" at the
# end of a line.
BEGIN {
    print "/* Made from sql/statements by build-aux/statements.awk. */"
    if (part == "h")
        print "#ifndef HW_EDGE_STATEMENT_NAMES_H\n#define HW_EDGE_STATEMENT_NAMES_H\n\nenum statement_name {"
    else
        print "#include \"edge/statement.h\"\n\nconst struct statement statements[STATEMENT__MAX] = {"
}
/^-- name: [a-z][a-z0-9_]*$/ {
    if (name != "") {
        print FILENAME ":" FNR ": statement " name " has no end" > "/dev/stderr"
        exit 1
    }
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
    last = sub(/;$/, "", line)
    gsub(/\\/, "&&", line)
    gsub(/"/, "\\\\&", line)
    text = text (text == "" ? "" : " \"\n                \"") line
    if (last) {
        if (part == "c")
            print "    [STATEMENT_" toupper(name) "] = {\"" name "\",\n                \"" text "\"},"
        name = ""
    }
}
END {
    if (part == "h")
        print "    STATEMENT__MAX\n};\n\n#endif"
    else
        print "};"
}
