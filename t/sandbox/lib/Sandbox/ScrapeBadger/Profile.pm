package Sandbox::ScrapeBadger::Profile;

# The UserData object of an account, as the vendor documents it, under the options in force.

use strict;
use warnings;
use feature 'signatures';

use Digest::SHA qw(sha256);
use Mojo::JSON qw(true false);
use Sandbox::ScrapeBadger::Accounts;

my @DAYS    = qw(Sun Mon Tue Wed Thu Fri Sat);
my @MONTHS  = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
my $PADDING = 'x' x 1_200_000;

sub write_json ($account, $options) {
    my $id      = $account->{id};
    my $created = Sandbox::ScrapeBadger::Accounts::created_s($id);
    my $user    = {
        id                    => $options->get('id_as_number') ? $id + 0 : "$id",
        username              => $account->{username},
        name                  => name_derive($account->{username}),
        description           => "Sandbox account of \@$account->{username}",
        location              => undef,
        url                   => undef,
        profile_image_url     => "https://pbs.twimg.com/profile_images/$id/x_normal.jpg",
        profile_banner_url    => undef,
        created_at            => date_twitter($created),
        created_at_datetime   => date_iso($created),
        verified              => false,
        verified_type         => undef,
        possibly_sensitive    => false,
        followed_by           => undef,
        following             => undef,
        can_dm                => false,
        professional_type     => undef,
        pinned_tweet_ids      => [],
        default_profile       => true,
        withheld_in_countries => [],
        verification_info     => {},
    };
    counts_add($user, $account->{identity}, $options->get('counts_as_string'));
    protected_add($user, $account->{identity}, $options);
    $user->{padding} = $PADDING if $options->get('huge_body');
    return $user;
}

sub counts_add ($user, $identity, $as_string) {
    my @n = unpack 'N8', sha256("x counts $identity");
    my %count = (
        followers_count  => $n[0] % 2_000_000,
        following_count  => $n[1] % 5_000,
        tweet_count      => $n[2] % 80_000,
        listed_count     => $n[3] % 1_000,
        favourites_count => $n[4] % 100_000,
        media_count      => $n[5] % 4_000,
    );
    $user->{$_} = $as_string ? "$count{$_}" : $count{$_} for keys %count;
    $user->{is_blue_verified} = $n[6] % 2 ? true : false;
    return;
}

# Only the account's own name makes it private, so it stays so after a rename.
sub protected_add ($user, $identity, $options) {
    if ($identity =~ /\Aprotected_/) {
        $user->{protected} = true;
        return;
    }
    return if $options->get('protected_absent');
    $user->{protected} = $options->get('protected_null') ? undef : false;
    return;
}

sub name_derive ($username) {
    return join ' ', map { ucfirst } grep { length } split /_+/, $username;
}

sub date_twitter ($s) {
    my ($sec, $min, $hour, $day, $month, $year, $weekday) = gmtime $s;
    return sprintf '%s %s %02d %02d:%02d:%02d +0000 %d',
        $DAYS[$weekday], $MONTHS[$month], $day, $hour, $min, $sec, $year + 1900;
}

sub date_iso ($s) {
    my ($sec, $min, $hour, $day, $month, $year) = gmtime $s;
    return sprintf '%04d-%02d-%02dT%02d:%02d:%02d+00:00',
        $year + 1900, $month + 1, $day, $hour, $min, $sec;
}

1;
