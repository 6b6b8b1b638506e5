# What the tests of the package share. Read by them: . "$(dirname "$0")/lib.sh"
# shellcheck shell=sh

set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
tmp=${AUTOPKGTEST_TMP:-$(mktemp -d)}
etc=/etc/headwater

say() { printf '# %s\n' "$*"; }

ok() { printf 'ok - %s\n' "$*"; }

fail() {
    printf 'not ok - %s\n' "$*"
    exit 1
}

# output_of command...: runs it; its output is $tmp/output afterwards, which it may read before.
output_of() {
    result=0
    "$@" >"$tmp/output.new" 2>&1 || result=$?
    mv "$tmp/output.new" "$tmp/output"
    return "$result"
}

output_show() { sed 's/^/#   /' "$tmp/output"; }

# check "what" command...: the command must succeed.
check() {
    what=$1
    shift
    output_of "$@" || {
        output_show
        fail "$what"
    }
    ok "$what"
}

# refuse "what" command...: the command must fail.
refuse() {
    what=$1
    shift
    if output_of "$@"; then
        output_show
        fail "$what"
    fi
    ok "$what"
}

# is "what" value expected
is() {
    [ "$2" = "$3" ] || fail "$1: '$2', expected '$3'"
    ok "$1"
}

# wait_for "what" command...: a minute for the command to succeed; WatchdogSec is half of it.
wait_for() {
    what=$1
    shift
    tries=0
    until output_of "$@"; do
        tries=$((tries + 1))
        if [ "$tries" -ge 300 ]; then
            output_show
            fail "$what, within a minute"
        fi
        sleep 0.2
    done
    ok "$what"
}

# The package file under test: given by whoever runs this, else from the sources of apt.
package_file() {
    if [ -n "${HW_PACKAGE:-}" ]; then
        printf '%s\n' "$HW_PACKAGE"
        return
    fi
    (cd "$tmp" && apt-get -q download headwater >&2 && ls "$tmp"/headwater_*.deb)
}

# package_state: as dpkg has it, such as "ii " or "rc ".
package_state() { dpkg-query -W -f '${db:Status-Abbrev}' headwater 2>/dev/null || true; }

sql() { mariadb --batch --skip-column-names --execute "$1"; }

# The doubles of ScrapeBadger and Stripe, for services that start from now on.
doubles_start() {
    "$top/t/sandbox/scrapebadger" --listen 127.0.0.1:9401 &
    "$top/t/sandbox/stripe" --listen 127.0.0.1:9402 &
    wait_for 'the doubles listen' curl -fsS http://127.0.0.1:9401/__sandbox \
        http://127.0.0.1:9402/__sandbox
    sed -i -e 's|^#sandbox = .*|sandbox = yes|' \
        -e 's|^#url = https://scrapebadger.*|url = http://127.0.0.1:9401|' \
        -e 's|^#url = https://api.stripe.*|url = http://127.0.0.1:9402|' "$etc/headwater.conf"
}

# The subscription that README.Debian speaks of.
subscription_make() {
    curl -fsS -o "$tmp/subscription" http://127.0.0.1:9402/__sandbox/subscriptions/sub_1Example -d '{
        "customer": "cus_1Example",
        "items": [ { "id": "si_1Starter", "price": "price_starter", "quantity": 0 },
                   { "id": "si_1Growth", "price": "price_growth", "quantity": 0 },
                   { "id": "si_1Pro", "price": "price_pro", "quantity": 0 } ] }'
}

keys_write() {
    echo sb_live_sandbox | install -m 0600 /dev/stdin "$etc/scrapebadger.key"
    echo rk_test_sandbox | install -m 0600 /dev/stdin "$etc/stripe.key"
}

# A certificate for api.example.com, which is this host from now on.
certificate_make() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=api.example.com \
        -addext subjectAltName=DNS:api.example.com -keyout /etc/ssl/private/headwater.key \
        -out /etc/ssl/certs/headwater.pem 2>/dev/null
    echo '127.0.0.1 api.example.com' >>/etc/hosts
    export CURL_CA_BUNDLE=/etc/ssl/certs/headwater.pem
}

site_enable() {
    cp /usr/share/doc/headwater/examples/site.conf /etc/nginx/sites-available/headwater
    ln -sf ../sites-available/headwater /etc/nginx/sites-enabled/headwater
    nginx -t
    nginx -s reload
}

# stream_post handle segment: the status and, in $tmp/answer, the body.
stream_post() {
    curl -sS -o "$tmp/answer" -w '%{http_code}' -H "Authorization: Bearer $KEY" \
        -H 'Content-Type: application/json' https://api.example.com/v1/streams \
        -d '{"pairs":[{"accountHandle":"'"$1"'","segment":{"description":"'"$2"'"}}]}'
}

# Everything up to a key, in fewer words than README.Debian.
site_make() {
    doubles_start
    subscription_make
    certificate_make
    keys_write
    systemctl start headwater
    site_enable 2>"$tmp/nginx.log"
    headwater team create --name Example --plan paid --subscription sub_1Example \
        --item starter=si_1Starter --item growth=si_1Growth --item pro=si_1Pro >"$tmp/team"
    headwater user create --team 1 --name Ann --email ann@example.com >"$tmp/user"
    KEY=$(headwater key create --user 1 | grep -o 'hw_live_[0-9A-Za-z]*' | tail -n 1)
    export KEY
}
