# Turns sql/migrations/NNNN_name.sql into C. Usage: awk -f migrations.awk FILES
function base(path) {
    sub(/.*\//, "", path)
    sub(/\.sql$/, "", path)
    return path
}
BEGIN {
    print "/* Made from sql/migrations by build-aux/migrations.awk. */"
    print "#include \"edge/migration.h\"\n\nconst struct migration migrations[] = {"
}
FNR == 1 {
    if (NR > 1)
        print "    },"
    print "    {" substr(base(FILENAME), 1, 4) + 0 ", \"" substr(base(FILENAME), 6) "\","
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\\&")
    gsub(/\?/, "\\\\&")
    print "     \"" $0 "\\n\""
}
END {
    print "    },\n};\nconst size_t migration_count = sizeof migrations / sizeof migrations[0];"
}
