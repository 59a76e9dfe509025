# The first process of a Linux of its own, which has the MPLS that the machine's kernel lacks: the DC gateway and the server
# behind it. Its root is the machine's, which it must not write to.
set -e
program=$1 gateway=$2 label=$3 vrouter=$4 label_back=$5 server=$6 port=$7 workload=$8
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
# In the order in which they need each other.
for module in crc-ccitt ipv6 ip_tunnel gre ip_gre tunnel4 ipip udp_tunnel ip6_udp_tunnel fou mpls_router mpls_iptunnel; do
    busybox insmod "$(find /usr/lib/uml/modules -name $module.ko)"
done
ip link set lo up
ip link set vec0 up
ip address add "$gateway/32" dev vec0
ip route add "$vrouter" dev vec0
ip address add "$server/32" dev lo
# What comes in GRE, and in UDP: as MPLS in IP once fou has taken that off. Back it sends GRE, having no fou to put on.
ip link add gre1 type gre local "$gateway" remote "$vrouter"
ip link add mpls1 type ipip local "$gateway" remote "$vrouter" mode mplsip
ip fou add port 6635 ipproto 137
ip link set gre1 up
ip link set mpls1 up
for setting in ipv4.conf.all.rp_filter=0 ipv4.conf.gre1.rp_filter=0 ipv4.conf.mpls1.rp_filter=0 ipv4.conf.lo.rp_filter=0 \
    mpls.platform_labels=1048575 mpls.conf.gre1.input=1 mpls.conf.mpls1.input=1; do
    echo "${setting#*=}" >"/proc/sys/net/$(echo "${setting%=*}" | tr . /)"
done
ip -f mpls route add "$label" dev lo
ip route add "$workload" encap mpls "$label_back" dev gre1 src "$server"
exec "$program" --answer tcp "$server:$port"
